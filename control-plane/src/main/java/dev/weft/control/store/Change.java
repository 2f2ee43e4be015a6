package dev.weft.control.store;

import dev.weft.control.resource.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * What a revision did to one resource.
 *
 * @param before the document as JSON; null: it was created
 * @param after the document as JSON; null: it was deleted
 */
public record Change(ResourceId id, @Nullable String before, @Nullable String after) {}
