package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of headers as old programs expect them, on the wire: only they change. */
class ProperCaseTest {
  private static final String PROPER =
      "http_protocol_options: {header_key_format: {proper_case_words: {}}}";
  private static final String END = "\r\n\r\n";

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static List<String> names(String head) {
    return head.lines()
        .skip(1)
        .filter(line -> line.indexOf(':') > 0)
        .map(line -> line.substring(0, line.indexOf(':')))
        .toList();
  }

  @Test
  void headsAndTrailersHaveCapitalsInBothDirections() throws Exception {
    try (RawServer app = new RawServer()) {
      mesh.apply(
          FromYaml.served(
              """
              http_protocol_options: {enable_trailers: true, header_key_format: {proper_case_words: {}}}
              route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app}}]}]}
              """,
              "",
              """
              - name: app
                %s
                load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
              """
                  .formatted(PROPER, app.port())));
      try (RawClient client = new RawClient(mesh.port())) {
        client.send(
            "POST /a:b HTTP/1.1\r\nhost: a.test\r\nx-b3-trace_id: aB:c\r\ntransfer-encoding: chunked\r\n\r\n"
                + "6\r\na: b\r\n\r\n0\r\nx-end: e\r\n\r\n");
        try (RawClient endpoint = app.accept()) {
          String request = endpoint.readUntil(END);
          assertThat(request)
              .startsWith("POST /a:b HTTP/1.1\r\nHost: a.test\r\n")
              .contains("\r\nX-B3-Trace_Id: aB:c\r\n", "\r\nTransfer-Encoding: chunked\r\n");
          assertThat(names(request)).allMatch(name -> Character.isUpperCase(name.charAt(0)));
          // a body that looks like a header stays
          assertThat(endpoint.readUntil("e" + END))
              .isEqualTo("6\r\na: b\r\n\r\n0\r\nX-End: e\r\n\r\n");
          endpoint.send(
              "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n9a-b: x\r\ncontent-length: 4\r\n\r\na: b");
        }
        String answer = client.readUntil("a: b");
        assertThat(answer)
            .contains(
                "\r\nContent-Type: text/plain\r\n", "\r\n9a-B: x\r\n", "\r\nContent-Length: 4\r\n")
            .endsWith("\r\n\r\na: b");
      }
    }
  }

  @Test
  void otherwiseNamesAreSmall() throws Exception {
    mesh.apply(
        FromYaml.served(
            "route_config: {virtual_hosts: [{name: all, domains: [\"*\"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}",
            ""));
    try (RawClient client = new RawClient(mesh.port())) {
      String answer = client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil(END);

      assertThat(names(answer))
          .isNotEmpty()
          .allMatch(name -> name.equals(name.toLowerCase(java.util.Locale.ROOT)));
    }
  }
}
