package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.Written;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was expected here was seen on Envoy 1.40.0 from the same configuration. */
class LocalReplyConfigTest {
  private static final String MANAGER =
      """
      local_reply_config:
        mappers:
        - filter: {status_code_filter: {comparison: {op: EQ, value: {default_value: 503, runtime_key: x}}}}
          status_code: 505
          body: {inline_string: "not now"}
          headers_to_add: [{header: {key: x-a, value: "c=%RESPONSE_CODE% b=%LOCAL_REPLY_BODY% r=%RESP(:STATUS)%"}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
        - filter: {header_filter: {header: {name: x-json, present_match: true}}}
          body_format_override: {json_format: {m: "%LOCAL_REPLY_BODY%", s: "%RESPONSE_CODE%", p: "%REQ(:PATH)%"}}
        - filter: {header_filter: {header: {name: x-html, present_match: true}}}
          body_format_override: {text_format_source: {inline_string: "<b>%LOCAL_REPLY_BODY%:%RESPONSE_CODE%</b>\\n"}, content_type: "text/html; charset=UTF-8"}
        body_format: {text_format_source: {inline_string: "%LOCAL_REPLY_BODY% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%\\n"}}
      """;
  private static final String ROUTES =
      """
      - match: {prefix: /d}
        direct_response: {status: 418, body: {inline_string: tea}}
      - match: {prefix: /u}
        route: {cluster: none}
      - match: {prefix: /r}
        redirect: {path_redirect: /d}
      """;

  private final Mesh mesh = new Mesh();

  @BeforeEach
  void serve() throws Exception {
    mesh.apply(Written.manager(MANAGER, ROUTES, 1));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void theCommonFormatIsForAllAnswersOfTheProxy() {
    assertThat(mesh.h1.get(mesh.port(), "/d").body()).isEqualTo("tea 418 direct_response -\n");
    assertThat(mesh.h2.get(mesh.port(), "/missing").body()).isEqualTo(" 404 route_not_found NR\n");
    Reply redirect = mesh.h1.get(mesh.port(), "/r");
    assertThat(redirect.body()).isEqualTo(" 301 direct_response -\n");
    assertThat(redirect.header("location")).endsWith("/d");
  }

  @Test
  void aMapperChangesStatusBodyAndHeaders() {
    Reply reply = mesh.h1.get(mesh.port(), "/u");

    assertThat(reply.status()).isEqualTo(505);
    assertThat(reply.body()).isEqualTo("not now 505 cluster_not_found NC\n");
    assertThat(reply.header("x-a")).isEqualTo("c=503 b= r=503");
    assertThat(reply.header("content-type")).isEqualTo("text/plain");
  }

  @Test
  void aMapperMayHaveAFormatOfItsOwn() {
    Reply json = mesh.h1.get(mesh.port(), "/d", Map.of("x-json", "1"));
    assertThat(json.body()).isEqualTo("{\"m\":\"tea\",\"p\":\"/d\",\"s\":418}\n");
    assertThat(json.header("content-type")).isEqualTo("application/json");

    Reply html = mesh.h2.get(mesh.port(), "/d", Map.of("x-html", "1"));
    assertThat(html.body()).isEqualTo("<b>tea:418</b>\n");
    assertThat(html.header("content-type")).isEqualTo("text/html; charset=UTF-8");
  }

  @Test
  void aGrpcCallerGetsTheTextAsItsMessage() {
    Reply reply = mesh.h2.get(mesh.port(), "/u", Map.of("content-type", "application/grpc"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("grpc-status")).isEqualTo("2");
    assertThat(reply.header("grpc-message")).isEqualTo("not now 505 cluster_not_found NC%0A");
    assertThat(reply.header("x-a")).isEqualTo("c=503 b= r=503");
  }
}
