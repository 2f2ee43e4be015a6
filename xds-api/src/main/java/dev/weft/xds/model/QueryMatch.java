package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/** A condition on the first query parameter of this name; a null value asks for its presence. */
public record QueryMatch(String name, @Nullable StringMatch value) {}
