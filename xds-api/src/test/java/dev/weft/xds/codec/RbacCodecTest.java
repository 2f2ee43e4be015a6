package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Policy;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access rules are taken whole or not at all: a condition that is not enforced would let in. */
class RbacCodecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          matcher: {}                                                                            | matcher
          shadow_matcher: {}                                                                     | shadow_matcher
          rules: {action: 7}                                                                     | rules.action
          rules: {audit_logging_options: {}}                                                     | rules.audit_logging_options
          rules: {policies: {p: {principals: [{any: true}]}}}                                    | rules.policies["p"].permissions
          rules: {policies: {p: {permissions: [{any: true}]}}}                                   | rules.policies["p"].principals
          rules: {policies: {p: {permissions: [{}], principals: [{any: true}]}}}                 | rules.policies["p"].permissions[0]
          rules: {policies: {p: {permissions: [{any: true}], principals: [{}]}}}                 | rules.policies["p"].principals[0]
          rules: {policies: {p: {permissions: [{any: false}], principals: [{any: true}]}}}       | rules.policies["p"].permissions[0].any
          rules: {policies: {p: {permissions: [{any: true}], principals: [{any: false}]}}}       | rules.policies["p"].principals[0].any
          rules: {policies: {p: {permissions: [{and_rules: {}}], principals: [{any: true}]}}}    | rules.policies["p"].permissions[0].and_rules.rules
          rules: {policies: {p: {permissions: [{any: true}], principals: [{or_ids: {}}]}}}       | rules.policies["p"].principals[0].or_ids.ids
          rules: {policies: {p: {permissions: [{metadata: {filter: x}}], principals: [{any: true}]}}} | rules.policies["p"].permissions[0].metadata
          rules: {policies: {p: {permissions: [{any: true}], principals: [{metadata: {filter: x}}]}}} | rules.policies["p"].principals[0].metadata
          rules: {policies: {p: {permissions: [{any: true}], principals: [{any: true}], condition: {}}}} | rules.policies["p"].condition
          rules: {policies: {p: {permissions: [{url_path: {}}], principals: [{any: true}]}}}     | rules.policies["p"].permissions[0].url_path
          rules: {policies: {p: {permissions: [{destination_port: 65536}], principals: [{any: true}]}}} | rules.policies["p"].permissions[0].destination_port
          rules: {policies: {p: {permissions: [{destination_port_range: {start: 5, end: 5}}], principals: [{any: true}]}}} | rules.policies["p"].permissions[0].destination_port_range
          rules: {policies: {p: {permissions: [{any: true}], principals: [{remote_ip: {address_prefix: a.test}}]}}} | rules.policies["p"].principals[0].remote_ip.address_prefix
          rules: {policies: {p: {permissions: [{any: true}], principals: [{source_ip: {address_prefix: 1.2.3.4, prefix_len: 33}}]}}} | rules.policies["p"].principals[0].source_ip.prefix_len
          rules: {policies: {p: {permissions: [{any: true}], principals: [{authenticated: {principal_name: {safe_regex: {regex: "("}}}}]}}} | rules.policies["p"].principals[0].authenticated.principal_name.safe_regex
          shadow_rules: {policies: {p: {permissions: [{not_rule: {}}], principals: [{not_id: {any: true}}]}}} | shadow_rules.policies["p"].permissions[0].not_rule
          """)
  void whatIsNotEnforcedIsRefused(String rbac, String path) throws Exception {
    assertThat(decode(rbac))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(((Decoded.Invalid<?>) invalid).problems())
                    .extracting(Problem::path)
                    .containsOnly(path));
  }

  @Test
  void deepNestingIsRefusedBeforeItCouldExhaustAStack() throws Exception {
    String not = "{not_rule: ".repeat(32) + "{any: true}" + "}".repeat(32);
    assertThat(decode(permission("{not_rule: " + not + "}"))).isInstanceOf(Decoded.Invalid.class);
    assertThat(decode(permission("{not_rule: {not_rule: {any: true}}}")))
        .isInstanceOf(Decoded.Valid.class);
  }

  @Test
  void policiesStandInTheOrderOfTheirNames() throws Exception {
    String policy =
        "{permissions: [{url_path: {path: {prefix: '/a'}}}], principals: [{any: true}]}";
    Decoded<RbacFilter> decoded =
        decode("rules: {action: DENY, policies: {b: " + policy + ", a: " + policy + "}}");

    Policy expected =
        new Policy(
            List.of(new Permission.UrlPath(new StringMatch.Prefix("/a", false))),
            List.of(new Principal.Any()));
    assertThat(decoded)
        .isEqualTo(
            new Decoded.Valid<>(
                new RbacFilter(
                    "rbac",
                    new AccessRules(AccessRules.Action.DENY, Map.of("a", expected, "b", expected)),
                    null),
                List.of()));
    assertThat(((Decoded.Valid<RbacFilter>) decoded).value().rules().policies().keySet())
        .containsExactly("a", "b");
  }

  private static String permission(String rule) {
    return "rules: {policies: {p: {permissions: [" + rule + "], principals: [{any: true}]}}}";
  }

  private static Decoded<RbacFilter> decode(String json) throws InvalidProtocolBufferException {
    RBAC.Builder message = RBAC.newBuilder();
    JsonFormat.parser().merge("{" + json + "}", message);
    RbacCodec codec = new RbacCodec();
    return DecodeScope.decode(
        FieldPolicy.weft(), message.build(), (m, scope) -> codec.decode("rbac", m, scope));
  }
}
