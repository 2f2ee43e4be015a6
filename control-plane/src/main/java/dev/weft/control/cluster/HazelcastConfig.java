package dev.weft.control.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.properties.ClusterProperty;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Hazelcast as small and as closed as it gets: TCP members only, few threads, nothing phoned home.
 */
final class HazelcastConfig {
  /** The member attribute that holds a node's name. */
  static final String NODE_NAME = "weft.node";

  private HazelcastConfig() {}

  static Config of(ClusterSettings settings) {
    Config config = new Config();
    config.setInstanceName("weft-" + settings.nodeName() + "-" + UUID.randomUUID());
    config.setClusterName("weft-" + digest(settings.secret()));
    config.getMemberAttributeConfig().setAttribute(NODE_NAME, settings.nodeName());
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    config.getSerializationConfig().setJavaSerializationFilterConfig(noForeignTypes());
    network(config.getNetworkConfig(), settings);
    set(config, ClusterProperty.LOGGING_TYPE.getName(), "slf4j");
    set(config, ClusterProperty.PHONE_HOME_ENABLED.getName(), "false");
    set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED.getName(), "false");
    set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT.getName(), "3");
    set(config, ClusterProperty.HEALTH_MONITORING_LEVEL.getName(), "OFF");
    set(config, ClusterProperty.SOCKET_BIND_ANY.getName(), "false");
    set(config, ClusterProperty.SOCKET_SERVER_BIND_ANY.getName(), "false");
    set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN.getName(), "0");
    set(config, ClusterProperty.HEARTBEAT_INTERVAL_SECONDS.getName(), "1");
    set(config, ClusterProperty.MAX_NO_HEARTBEAT_SECONDS.getName(), "6");
    // Two halves that meet again merge within seconds; no data is at stake, only hints.
    set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS.getName(), "5");
    set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS.getName(), "5");
    set(config, ClusterProperty.PARTITION_COUNT.getName(), "11");
    set(config, ClusterProperty.PARTITION_OPERATION_THREAD_COUNT.getName(), "2");
    set(config, ClusterProperty.GENERIC_OPERATION_THREAD_COUNT.getName(), "2");
    set(config, ClusterProperty.PRIORITY_GENERIC_OPERATION_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.RESPONSE_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.EVENT_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.CLIENT_ENGINE_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT.getName(), "1");
    set(config, ClusterProperty.IO_THREAD_COUNT.getName(), "1");
    return config;
  }

  private static void network(NetworkConfig network, ClusterSettings settings) {
    network
        .setPort(settings.port())
        .setPortAutoIncrement(!settings.portIsFixed())
        .setReuseAddress(true);
    network.getInterfaces().setEnabled(true).addInterface(settings.host());
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
    settings.members().forEach(join.getTcpIpConfig()::addMember);
  }

  /** Notices are strings; nothing that travels needs Java's own deserialisation. */
  private static JavaSerializationFilterConfig noForeignTypes() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    // The list must name something to be in force; these are what members report failures with.
    filter.getWhitelist().addPackages("com.hazelcast.core", "com.hazelcast.spi.exception");
    return filter;
  }

  private static void set(Config config, String name, String value) {
    config.setProperty(name, value);
  }

  private static String digest(String secret) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
