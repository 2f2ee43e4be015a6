package dev.weft.control.resource;

import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.AccessPolicyResource.Request;
import dev.weft.control.resource.AccessPolicyResource.Rule;
import dev.weft.control.resource.ServiceResource.Port;
import java.util.List;

/** What a schema cannot say about one access policy. */
final class AccessChecks {
  private AccessChecks() {}

  static void check(AccessPolicyResource policy, Findings findings) {
    TargetRef target = policy.target();
    findings.require(
        target == null || target.port() == null,
        "/spec/targetRef/port",
        "an access policy applies to a whole service",
        "remove it");
    List<Rule> allow = policy.allow();
    if (allow != null) {
      rules(allow, "/spec/allow/", findings);
    }
    rules(policy.deny(), "/spec/deny/", findings);
    for (int i = 0; i < policy.deny().size(); i++) {
      findings.require(
          policy.mtls() == MtlsMode.STRICT || policy.deny().get(i).from().isEmpty(),
          "/spec/deny/" + i + "/from",
          "keeps nobody out where plaintext is accepted: there callers are not known",
          "use mtls.mode Strict, or say in allow who may");
    }
  }

  private static void rules(List<Rule> rules, String at, Findings findings) {
    for (int i = 0; i < rules.size(); i++) {
      List<Request> requests = rules.get(i).to();
      for (int r = 0; r < requests.size(); r++) {
        String each = at + i + "/to/" + r;
        Request request = requests.get(r);
        if (request.path() != null) {
          RouteChecks.path(request.path(), each + "/path/value", findings);
        }
        RouteChecks.values(request.headers(), true, each + "/headers", findings);
      }
    }
  }

  /** Where there are no requests, rules for them would promise what they do not keep. */
  static void governs(AccessPolicyResource policy, ServiceResource service, Findings findings) {
    if (!policy.hasRules()) {
      return;
    }
    for (Port port : service.ports()) {
      findings.require(
          port.protocol().isHttp(),
          policy.allow() == null ? "/spec/deny" : "/spec/allow",
          "is for requests, and port "
              + port.name()
              + " of "
              + service.id()
              + " speaks tcp, where there are none",
          "remove the rules, or make the port a service of its own with an access policy"
              + " without rules");
    }
  }
}
