package dev.weft.control.resource;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which redirects of instances a caller's sidecar follows itself.
 *
 * @param max how many for one request; 1..10
 * @param statusCodes of 301, 302, 303, 307 and 308
 * @param copyHeaders lower case; of the redirect, which the new request has instead of its own
 */
public record RedirectPolicy(int max, Set<Integer> statusCodes, List<String> copyHeaders) {
  private static final int FOUND = 302;

  public RedirectPolicy {
    statusCodes = Set.copyOf(statusCodes);
    copyHeaders = List.copyOf(copyHeaders);
  }

  static RedirectPolicy parse(Fields fields) {
    List<Integer> codes = fields.list("statusCodes", code -> code.node().asInt());
    return new RedirectPolicy(
        fields.number("max", 1),
        codes.isEmpty() ? Set.of(FOUND) : Set.copyOf(codes),
        fields.list("copyHeaders", name -> name.node().asText().toLowerCase(Locale.ROOT)));
  }

  /** What a schema cannot say of it. */
  void check(Findings findings) {
    String at = "/spec/redirects/copyHeaders";
    findings.unique(copyHeaders, at, "", "the header");
    for (int i = 0; i < copyHeaders.size(); i++) {
      findings.require(
          !copyHeaders.get(i).equals("host"),
          at + "/" + i,
          "is where the request goes, which the redirect's location says",
          "remove it");
    }
  }
}
