package dev.weft.xds.client;

import dev.weft.xds.resource.XdsType;
import java.time.Instant;
import java.util.List;

/**
 * A resource, or a whole response, that was refused.
 *
 * @param name empty if the response was refused as a whole or the resource has no name
 * @param version of what was refused
 * @param problems at least one
 */
public record Refusal(
    XdsType type, String name, String version, List<String> problems, Instant at) {
  public Refusal {
    problems = List.copyOf(problems);
  }
}
