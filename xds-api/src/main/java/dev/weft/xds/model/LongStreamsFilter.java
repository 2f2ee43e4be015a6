package dev.weft.xds.model;

/** Bounds what lasts: streams of each caller at a time, silences, and how long they go on. */
public record LongStreamsFilter(String name, LongStreams streams) implements HttpFilterConfig {}
