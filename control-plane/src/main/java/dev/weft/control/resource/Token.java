package dev.weft.control.resource;

/** A constant that has a spelling of its own in documents. */
public interface Token {
  /** As it is written in a document. */
  String token();
}
