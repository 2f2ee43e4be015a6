package dev.weft.xds.codec;

import dev.weft.xds.resource.ResourceKey;

/**
 * Where a resource comes from that another names: a file of this machine ({@code
 * path_config_source}).
 *
 * @param path as it was written, not empty
 */
public record FileSource(ResourceKey resource, String path) implements NamedFile {}
