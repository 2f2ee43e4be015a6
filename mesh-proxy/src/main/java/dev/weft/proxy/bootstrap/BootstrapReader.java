package dev.weft.proxy.bootstrap;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.discovery.FilePlan;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.telemetry.StatRules;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.codec.FileSource;
import dev.weft.xds.codec.NamedFile;
import dev.weft.xds.codec.Problem;
import dev.weft.xds.codec.RuntimeValues;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.ClientNode;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.StaticResources;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the message; what is wrong with it is a problem with its path. */
final class BootstrapReader {
  private static final Logger log = LoggerFactory.getLogger(BootstrapReader.class);

  /** Fields of the bootstrap that have their effect, or none that could be missed. */
  private static final Set<String> TAKEN =
      Set.of(
          "node",
          "admin",
          "static_resources",
          "dynamic_resources",
          "cluster_manager",
          "layered_runtime",
          "overload_manager",
          "stats_config",
          "stats_flush_interval",
          "stats_flush_on_admin",
          "deferred_stat_options",
          "enable_dispatcher_stats",
          "watchdog",
          "watchdogs",
          "application_log_config");

  private final List<String> problems = new ArrayList<>();
  private final List<FileSource> files = new ArrayList<>();
  private Codecs codecs = Codecs.local(RuntimeValues.NONE);

  List<String> problems() {
    return problems;
  }

  /** Notes what no proxy of this kind can do. */
  void refuse(Set<FieldDescriptor> set) {
    for (FieldDescriptor field : set) {
      if (!TAKEN.contains(field.getName())) {
        problems.add(field.getName() + ": is not supported in a bootstrap; remove it");
      }
    }
  }

  /** Secrets of other kinds are for what nothing here reads: who names one is refused. */
  private static List<io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret> keyMaterial(
      StaticResources given) {
    return given.getSecretsList().stream()
        .filter(secret -> !secret.hasGenericSecret() && !secret.hasSessionTicketKeys())
        .toList();
  }

  Bootstrap read(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message) {
    check("node", message.getNode());
    check("admin", message.getAdmin());
    check("dynamic_resources", message.getDynamicResources());
    check("cluster_manager", message.getClusterManager());
    check("layered_runtime", message.getLayeredRuntime());
    RuntimeReader runtime = new RuntimeReader(problems);
    RuntimeValues values = runtime.read(message.getLayeredRuntime());
    codecs = Codecs.local(values, this::note);
    var given = message.getStaticResources();
    Fixed fixed =
        new Fixed(
            decode(
                XdsType.LISTENER,
                "listeners",
                UnnamedListeners.named(given.getListenersList()),
                Listener.class),
            decode(XdsType.CLUSTER, "clusters", given.getClustersList(), Cluster.class),
            List.copyOf(
                decode(XdsType.SECRET, "secrets", keyMaterial(given), Secret.class).values()),
            values);
    AdsReader dynamic = new AdsReader(problems);
    AdsSettings ads = dynamic.read(message.getDynamicResources(), fixed, message.getNode());
    FilePlan plan = FilePlan.of(dynamic.files(), files);
    new ReferenceCheck(problems, message.getDynamicResources().hasAdsConfig(), plan).check(fixed);
    return new Bootstrap(
        node(message.getNode()),
        admin(message.getAdmin()),
        fixed,
        plan,
        ads,
        runtime.limit(overload(message)),
        place(message),
        ejectionLog(message.getClusterManager().getOutlierDetection().getEventLogPath()),
        statistics(message));
  }

  private void note(NamedFile file) {
    if (file instanceof FileSource source) {
      files.add(source); // parts are read once, at the start
    }
  }

  private static @Nullable String ejectionLog(String path) {
    return path.isEmpty() ? null : path;
  }

  private StatRules statistics(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message) {
    return switch (codecs.stats(message.getStatsConfig())) {
      case Decoded.Valid<StatsSettings> valid -> StatRules.compile(valid.value());
      case Decoded.Invalid<StatsSettings> invalid -> {
        invalid.problems().forEach(problem -> problems.add("stats_config." + problem));
        yield StatRules.NONE;
      }
    };
  }

  private LocalPlace place(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message) {
    String cluster = message.getClusterManager().getLocalClusterName();
    var locality = message.getNode().getLocality();
    boolean given =
        message.getStaticResources().getClustersList().stream()
            .anyMatch(each -> each.getName().equals(cluster));
    if (!cluster.isEmpty() && !given && !message.getDynamicResources().hasCdsConfig()) {
      problems.add(
          "cluster_manager.local_cluster_name: \"" + cluster + "\" is not among the clusters");
    }
    return new LocalPlace(
        cluster, new Locality(locality.getRegion(), locality.getZone(), locality.getSubZone()));
  }

  private void check(String field, Message part) {
    for (Problem problem : codecs.unsupported(part)) {
      problems.add(field + "." + problem);
    }
  }

  private OverloadPlan overload(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message) {
    return message.hasOverloadManager()
        ? new OverloadReader(problems).read(message.getOverloadManager())
        : OverloadPlan.DEFAULT;
  }

  private ClientNode node(Node message) {
    try {
      return ClientNode.from(message);
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return ClientNode.of("", "", "", Map.of());
    }
  }

  private @Nullable SocketAddress admin(Admin admin) {
    if (!admin.hasAddress()) {
      return null;
    }
    if (!admin.getAddress().hasSocketAddress()
        || admin.getAddress().getSocketAddress().getAddress().isEmpty()) {
      problems.add("admin.address: must be a socket_address with an address");
      return null;
    }
    var address = admin.getAddress().getSocketAddress();
    return new SocketAddress(address.getAddress(), address.getPortValue());
  }

  private <M extends XdsResource> Map<String, M> decode(
      XdsType type, String field, List<? extends Message> messages, Class<M> model) {
    Map<String, M> decoded = new LinkedHashMap<>();
    for (int i = 0; i < messages.size(); i++) {
      String path = "static_resources." + field + "[" + i + "]";
      Decoded<? extends XdsResource> result = codecs.decode(type, messages.get(i).toByteString());
      for (Problem warning : result.warnings()) {
        log.warn("{}{}{}", path, warning.path().isEmpty() ? ": " : ".", warning);
      }
      switch (result) {
        case Decoded.Valid<? extends XdsResource> valid -> {
          ResourceKey key = valid.value().key();
          if (decoded.put(key.name(), model.cast(valid.value())) != null) {
            problems.add(path + ".name: \"" + key.name() + "\" is given twice");
          }
        }
        case Decoded.Invalid<? extends XdsResource> invalid -> {
          for (Problem problem : invalid.problems()) {
            problems.add(path + (problem.path().isEmpty() ? ": " : ".") + problem);
          }
        }
      }
    }
    return decoded;
  }
}
