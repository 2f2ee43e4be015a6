package dev.weft.xds.model;

/** Injects faults. */
public record FaultFilter(String name, Fault fault) implements HttpFilterConfig {}
