package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.xds.NodeReader.Result;
import dev.weft.xds.protocol.ClientNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeReaderTest {
  @Test
  void readsWhatASidecarSaysOfItself() {
    Result result = read("sidecar~shop~catalog~1", metadata());

    assertThat(result).isInstanceOf(Result.Valid.class);
    var node = ((Result.Valid) result).node();
    assertThat(node.service()).isEqualTo("catalog");
    assertThat(node.inboundAddress()).isEqualTo("0.0.0.0");
    assertThat(node.inboundPort()).isEqualTo(15006);
    assertThat(node.outboundAddress()).isEqualTo("127.0.0.1");
    assertThat(node.ports()).isEqualTo(Map.of("grpc", 9001));
    assertThat(node.labels()).isEqualTo(Map.of("version", "v1"));
  }

  @Test
  void readsWhereItsInboundListenerShouldBe() {
    Map<String, Object> metadata = metadata();
    metadata.put("inbound_address", "10.0.0.7");

    assertThat(((Result.Valid) read("sidecar~shop~catalog~1", metadata)).node().inboundAddress())
        .isEqualTo("10.0.0.7");
  }

  @Test
  void namesEveryFieldThatIsWrong() {
    Map<String, Object> metadata = metadata();
    metadata.put("address", "not an address");
    metadata.put("inbound_port", 70_000);
    metadata.remove("outbound_port");
    metadata.put("ports", Map.of("grpc", "9001"));
    metadata.put("labels", List.of());

    assertThat(problems("sidecar~shop~ledger~1", metadata))
        .containsExactlyInAnyOrder(
            "node.id is \"sidecar~shop~ledger~1\"; it must be sidecar~shop~catalog~INSTANCE",
            "node.metadata.address is \"not an address\"; it must be an IP address",
            "node.metadata.inbound_port must be a port number, 1..65535",
            "node.metadata.outbound_port must be a port number, 1..65535",
            "node.metadata.ports.grpc must be a port number, 1..65535",
            "node.metadata.labels must be an object");
  }

  @Test
  void boundsWhatAStrangerSends() {
    Map<String, Object> labels = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      labels.put("label" + i, "x");
    }
    Map<String, Object> metadata = metadata();
    metadata.put("labels", labels);
    metadata.put("namespace", "n".repeat(300));

    assertThat(problems("sidecar~shop~catalog~1", metadata))
        .contains(
            "node.metadata.labels has more than 256 entries",
            "node.metadata.namespace is longer than 253 characters");
  }

  private static Map<String, Object> metadata() {
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("namespace", "shop");
    metadata.put("service", "catalog");
    metadata.put("address", "10.0.0.1");
    metadata.put("inbound_port", 15006);
    metadata.put("outbound_port", 15001);
    metadata.put("ports", Map.of("grpc", 9001));
    metadata.put("labels", Map.of("version", "v1"));
    return metadata;
  }

  private static List<String> problems(String id, Map<String, Object> metadata) {
    return ((Result.Invalid) read(id, metadata)).problems();
  }

  private static Result read(String id, Map<String, Object> metadata) {
    return NodeReader.read(ClientNode.of(id, "catalog.shop", "1", metadata).toMessage());
  }
}
