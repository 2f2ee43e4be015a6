package dev.weft.xds.model;

/**
 * What requests say to TLS with the endpoints that they go to ({@code
 * UpstreamHttpProtocolOptions}).
 *
 * @param sni whether the host that they ask for is the server name that is sent, unless it is an
 *     address
 * @param verified whether the endpoint's certificate must be for that host
 * @param header which says the host instead where a request has it, lower-case; empty for none
 */
public record RequestNames(boolean sni, boolean verified, String header) {
  public RequestNames {
    if (!sni && !verified) {
      throw new IllegalArgumentException("nothing is made of the host that requests ask for");
    }
  }
}
