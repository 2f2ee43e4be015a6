package dev.weft.proxy;

/** The version this was built as. */
final class Version {
  private Version() {}

  /** From the jar's manifest; {@code dev} where classes are not in a jar. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
