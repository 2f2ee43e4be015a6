package dev.weft.proxy.overload;

import java.util.Locale;

/** What can be done when resources run short; each sheds or lets go of the newest. */
public enum OverloadAction {
  /** Connections are closed as soon as they have had their answer. */
  DISABLE_HTTP_KEEPALIVE,
  /** New connections are closed at once. */
  REJECT_INCOMING_CONNECTIONS,
  /** New connections wait in the system's queue. */
  STOP_ACCEPTING_CONNECTIONS,
  /** New requests are answered 503. */
  STOP_ACCEPTING_REQUESTS;

  private static final String PREFIX = "envoy.overload_actions.";

  /** Envoy's name, as in its configuration. */
  public String fullName() {
    return PREFIX + name().toLowerCase(Locale.ROOT);
  }
}
