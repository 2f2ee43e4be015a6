package dev.weft.xds.codec;

/** A file of this machine that something names which is decoded. */
public sealed interface NamedFile permits FileSource, FilePart {
  /** Its path as it was written, not empty. */
  String path();
}
