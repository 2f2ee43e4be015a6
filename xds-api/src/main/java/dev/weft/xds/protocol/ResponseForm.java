package dev.weft.xds.protocol;

/** How the responses of a type speak of what they do not carry. */
enum ResponseForm {
  /** Delta: only changes, and what is gone by name. */
  CHANGES(true, false),
  /** State of the world, listeners and clusters: everything, so that absence is removal. */
  WHOLE(true, true),
  /** State of the world, other types: only changes; nothing is ever said to be gone. */
  PART(false, false);

  private final boolean removes;
  private final boolean whole;

  ResponseForm(boolean removes, boolean whole) {
    this.removes = removes;
    this.whole = whole;
  }

  /** Whether the client can be told that a resource is gone. */
  boolean removes() {
    return removes;
  }

  /** Whether every response carries everything. */
  boolean whole() {
    return whole;
  }
}
