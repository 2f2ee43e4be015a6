package dev.weft.control.resource;

import org.jspecify.annotations.Nullable;

/**
 * A Service that a route names: its parent (as GAMMA has it), or where copies of requests go.
 *
 * @param namespace the route's where the document names none
 * @param port a port number of the service; null, of parents only: whatever the number
 * @param sectionName the name of a port of the service, of parents only; null: whatever the name
 */
public record ServiceRef(
    String namespace, String name, @Nullable Integer port, @Nullable String sectionName) {
  /** A service by the number of its port, if one is meant. */
  public ServiceRef(String namespace, String name, @Nullable Integer port) {
    this(namespace, name, port, null);
  }

  /** Whether a port of the service is meant. */
  public boolean means(String portName, int number) {
    return (port == null || port == number)
        && (sectionName == null || sectionName.equals(portName));
  }
}
