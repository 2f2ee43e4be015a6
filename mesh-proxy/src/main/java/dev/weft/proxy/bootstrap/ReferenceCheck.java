package dev.weft.proxy.bootstrap;

import dev.weft.proxy.config.References;
import dev.weft.proxy.discovery.FilePlan;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings.FixedSecret;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks whether somebody will send what static resources only name. */
final class ReferenceCheck {
  private final List<String> problems;
  private final boolean ads;
  private final FilePlan files;

  /**
   * @param ads whether there is a control plane
   * @param files what comes from files
   */
  ReferenceCheck(List<String> problems, boolean ads, FilePlan files) {
    this.problems = problems;
    this.ads = ads;
    this.files = files;
  }

  private boolean comes(XdsType type, String name) {
    return ads || files.named().containsKey(new ResourceKey(type, name));
  }

  void check(Fixed fixed) {
    Set<String> secrets =
        fixed.secrets().stream().map(Secret::name).collect(Collectors.toUnmodifiableSet());
    for (Listener listener : fixed.listeners().values()) {
      String owner = "listener " + listener.name();
      for (String table : References.routes(listener)) {
        require(
            comes(XdsType.ROUTE, table),
            owner + ": rds " + table + " needs a control plane: give route_config instead, or ");
      }
      References.keyMaterial(listener).forEach(source -> check(owner, source, secrets));
    }
    for (Cluster cluster : fixed.clusters().values()) {
      String owner = "cluster " + cluster.name();
      require(
          !(cluster.discovery() instanceof Cluster.Eds(String service))
              || comes(XdsType.ENDPOINT, service),
          owner + ": type EDS needs a control plane: give load_assignment with another type, or ");
      References.keyMaterial(cluster).forEach(source -> check(owner, source, secrets));
    }
  }

  private void check(String owner, SecretSource source, Set<String> secrets) {
    switch (source) {
      case InlineSecret ignored -> {}
      case FixedSecret(String name) -> {
        if (!secrets.contains(name)) {
          problems.add(owner + ": the secret " + name + " is not in static_resources.secrets");
        }
      }
      case Sds(String name) ->
          require(
              comes(XdsType.SECRET, name),
              owner
                  + ": sds_config of the secret "
                  + name
                  + " needs a control plane: leave it out for one of static_resources.secrets, or ");
      case Provider(String instance) ->
          problems.add(
              owner + ": the certificate provider instance " + instance + " does not exist here");
    }
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem + "set dynamic_resources.ads_config, or take it from a file");
    }
  }
}
