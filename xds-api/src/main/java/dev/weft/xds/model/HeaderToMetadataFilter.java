package dev.weft.xds.model;

/** Notes headers as metadata. */
public record HeaderToMetadataFilter(String name, HeaderToMetadata rules)
    implements HttpFilterConfig {}
