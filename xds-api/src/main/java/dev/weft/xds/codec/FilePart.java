package dev.weft.xds.codec;

/** A file whose content has become part of what was decoded ({@code filename}). */
public record FilePart(String path) implements NamedFile {}
