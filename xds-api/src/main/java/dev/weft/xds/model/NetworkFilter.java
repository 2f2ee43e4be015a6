package dev.weft.xds.model;

/** The filter that ends a chain: HTTP or a TCP relay. */
public sealed interface NetworkFilter permits HttpConnectionManager, TcpProxy {}
