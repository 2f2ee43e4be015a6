package dev.weft.xds.model;

/**
 * The two forms of the header by which a proxy tells a server whose connection it carries
 * (haproxy.org, "The PROXY protocol").
 */
public enum ProxyHeaderVersion {
  /** A line of text. */
  V1,
  /** Bytes, with room for more than addresses. */
  V2
}
