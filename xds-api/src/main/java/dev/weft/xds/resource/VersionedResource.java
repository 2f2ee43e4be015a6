package dev.weft.xds.resource;

/**
 * A resource with its version. The version is opaque to whoever receives it: never compare two
 * versions by order.
 *
 * @param <B> what carries the content: encoded bytes on the wire side, a model value on the other
 */
public record VersionedResource<B>(ResourceKey key, String version, B body) {}
