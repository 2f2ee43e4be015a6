package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster says where its endpoints come from in one of two ways, and both mean the same. */
class ClusterTypesTest {
  private static final String ENDPOINTS =
      "load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:"
          + " {address: a.test, port_value: 80}}}}]}]}";

  private final ClusterCodec codec = new ClusterCodec(FieldPolicy.weft());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          DNS {respect_dns_ttl: false}                                                      | type: STRICT_DNS
          DNS {all_addresses_in_single_endpoint: true}                | type: LOGICAL_DNS
          DNS {dns_refresh_rate: 2s, respect_dns_ttl: true}           | type: STRICT_DNS, dns_refresh_rate: 2s, respect_dns_ttl: true
          DNS {dns_failure_refresh_rate: {base_interval: 2s, max_interval: 9s}} | type: STRICT_DNS, dns_failure_refresh_rate: {base_interval: 2s, max_interval: 9s}
          DNS {dns_lookup_family: V4_ONLY}                            | type: STRICT_DNS, dns_lookup_family: V4_ONLY
          DNS {dns_lookup_family: V6_ONLY}                            | type: STRICT_DNS, dns_lookup_family: V6_ONLY
          DNS {dns_lookup_family: V4_PREFERRED}                       | type: STRICT_DNS, dns_lookup_family: V4_PREFERRED
          DNS {dns_lookup_family: ALL}                                | type: STRICT_DNS, dns_lookup_family: ALL
          DNS {respect_dns_ttl: false}, dns_lookup_family: V4_ONLY, respect_dns_ttl: true, dns_refresh_rate: 9s | type: STRICT_DNS
          {name: envoy.cluster.strict_dns}                            | type: STRICT_DNS
          {name: envoy.cluster.logical_dns}, respect_dns_ttl: true    | type: LOGICAL_DNS, respect_dns_ttl: true
          """)
  void oneIsReadAsTheOther(String newer, String older) throws Exception {
    String written =
        newer.startsWith("DNS ")
            ? "{name: envoy.cluster.dns, typed_config: {'@type': 'type.googleapis.com/%s', "
                    .formatted(DnsCluster.getDescriptor().getFullName())
                + newer.substring("DNS {".length()).replaceFirst("}(, dns_look.*)?$", "}}$1")
            : newer;

    Decoded<dev.weft.xds.model.Cluster> expected = decode(older);
    assertThat(expected).isInstanceOf(Decoded.Valid.class);
    assertThat(decode("cluster_type: " + written)).isEqualTo(expected);
  }

  @Test
  void aClusterIsStaticByNameToo() throws Exception {
    String here = ENDPOINTS.replace("a.test", "1.2.3.4");
    assertThat(codec.decode(cluster("cluster_type: {name: envoy.cluster.static}, " + here)))
        .isInstanceOf(Decoded.Valid.class)
        .isEqualTo(codec.decode(cluster("type: STATIC, " + here)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dns_refresh_rate: 0.001s                            | dns_refresh_rate
          dns_failure_refresh_rate: {base_interval: 0.0005s}  | dns_failure_refresh_rate.base_interval
          dns_failure_refresh_rate: {base_interval: 1s, max_interval: 0s} | dns_failure_refresh_rate.max_interval
          """)
  void whatIsWrongIsNamedWhereItStands(String field, String path) throws Exception {
    assertThat(
            decode(
                "cluster_type: {name: d, typed_config: {'@type': 'type.googleapis.com/%s', %s}}"
                    .formatted(DnsCluster.getDescriptor().getFullName(), field)))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(((Decoded.Invalid<?>) invalid).problems())
                    .extracting(Problem::path)
                    .containsExactly("cluster_type.typed_config." + path));
  }

  private Decoded<dev.weft.xds.model.Cluster> decode(String fields) throws Exception {
    return codec.decode(cluster(fields + ", " + ENDPOINTS));
  }

  private static Cluster cluster(String fields) throws InvalidProtocolBufferException {
    Cluster.Builder message = Cluster.newBuilder();
    JsonFormat.parser()
        .usingTypeRegistry(TypeRegistry.newBuilder().add(DnsCluster.getDescriptor()).build())
        .merge("{name: c, " + fields + "}", message);
    return message.build();
  }
}
