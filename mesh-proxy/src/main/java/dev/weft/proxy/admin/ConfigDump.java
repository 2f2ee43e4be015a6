package dev.weft.proxy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.bootstrap.KnownTypes;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.xds.client.Refusal;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.client.StoredResource;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.resource.XdsType;
import java.util.List;

/**
 * Shows the configuration in force in Envoy's form, with private keys left out, and beside it what
 * is waited for and what was refused.
 */
final class ConfigDump {
  /** Made when somebody looks for the first time: it knows every type. */
  private static final class Printing {
    static final JsonFormat.Printer PRINTER =
        JsonFormat.printer()
            .usingTypeRegistry(KnownTypes.all())
            .preservingProtoFieldNames()
            .omittingInsignificantWhitespace();
  }

  private static final String ADMIN_TYPE = "type.googleapis.com/envoy.admin.v3.";

  private final ProxyView proxy;
  private final Codecs codecs = new Codecs();

  ConfigDump(ProxyView proxy) {
    this.proxy = proxy;
  }

  ObjectNode json() {
    ProxyConfig config = proxy.runtime().config();
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode configs = json.putArray("configs");
    resources(
        configs,
        "ClustersConfigDump",
        "dynamic_active_clusters",
        "cluster",
        config.clusters().stream().map(ProxyConfig.ClusterConfig::cluster).toList());
    resources(
        configs,
        "EndpointsConfigDump",
        "dynamic_endpoint_configs",
        "endpoint_config",
        config.clusters().stream()
            .filter(c -> c.cluster().discovery() instanceof Cluster.Eds)
            .map(ProxyConfig.ClusterConfig::endpoints)
            .toList());
    resources(configs, "ListenersConfigDump", "dynamic_listeners", "listener", config.listeners());
    resources(
        configs,
        "RoutesConfigDump",
        "dynamic_route_configs",
        "route_config",
        List.copyOf(config.routeConfigs().values()));
    ObjectNode weft = json.putObject("weft");
    ArrayNode warming = weft.putArray("warming");
    proxy
        .assembly()
        .warming()
        .forEach(
            (waiting, awaited) ->
                warming
                    .addObject()
                    .put("resource", waiting.toString())
                    .put("waits_for", awaited.toString()));
    ArrayNode failures = weft.putArray("failures");
    proxy.failures().forEach(failures::add);
    refusals(weft.putArray("refused"));
    return json;
  }

  private void resources(
      ArrayNode configs,
      String type,
      String list,
      String field,
      List<? extends XdsResource> resources) {
    ObjectNode dump = configs.addObject();
    dump.put("@type", ADMIN_TYPE + type);
    ArrayNode all = dump.putArray(list);
    for (XdsResource resource : resources) {
      ObjectNode entry = all.addObject();
      entry.put("name", resource.key().name());
      ResourceStore store = proxy.store();
      StoredResource stored =
          store == null ? null : store.get(resource.key().type(), resource.key().name());
      ObjectNode body = entry;
      if (resource.key().type() == XdsType.LISTENER) {
        body = entry.putObject("active_state");
      }
      body.put("version_info", stored == null ? "" : stored.version());
      body.set(field, encode(resource));
    }
  }

  private JsonNode encode(XdsResource resource) {
    try {
      JsonNode tree = Json.MAPPER.readTree(Printing.PRINTER.print(codecs.encode(resource)));
      withoutKeys(tree);
      return tree;
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException(resource.key() + " cannot be shown: " + e.getMessage(), e);
    }
  }

  private static void withoutKeys(JsonNode tree) {
    if (tree instanceof ObjectNode object && object.has("private_key")) {
      object.putObject("private_key").put("inline_string", "[redacted]");
    }
    if (tree.path("session_ticket_keys").path("keys") instanceof ArrayNode keys) {
      int number = keys.size();
      keys.removeAll();
      for (int i = 0; i < number; i++) {
        keys.addObject().put("inline_string", "[redacted]");
      }
    }
    tree.forEach(ConfigDump::withoutKeys);
  }

  private void refusals(ArrayNode out) {
    ResourceStore store = proxy.store();
    if (store == null) {
      return;
    }
    for (XdsType type : XdsType.values()) {
      for (Refusal refusal : store.refusals(type).values()) {
        ObjectNode refused = out.addObject();
        refused.put("type", type.typeUrl());
        refused.put("name", refusal.name());
        refused.put("version", refusal.version());
        refused.put("at", refusal.at().toString());
        ArrayNode problems = refused.putArray("problems");
        refusal.problems().forEach(problems::add);
      }
    }
  }
}
