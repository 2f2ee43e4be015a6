package dev.weft.xds.model;

/** An address prefix; the address is an IPv4 or IPv6 literal, the length 0..32 or 0..128. */
public record CidrRange(String addressPrefix, int prefixLength) {}
