package dev.weft.control.compile;

import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.resource.Place;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.VirtualHost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a mesh compiles to, before it is encoded. */
final class Models {
  static final String TRUST_DOMAIN = "weft.local";

  private final Problems problems = new Problems();
  private final MeshView view;

  Models(String yaml, MeshWorkload... instances) {
    MeshInput input = new MeshInput(Yaml.config(1, yaml), List.of(instances), TRUST_DOMAIN);
    this.view = MeshView.of(input, problems);
  }

  Cluster cluster(String name) {
    return view.ports()
        .flatMap(port -> ClusterTranslator.outbound(port, TRUST_DOMAIN).stream())
        .filter(cluster -> cluster.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no cluster " + name));
  }

  List<String> clusterNames() {
    return view.ports()
        .flatMap(port -> ClusterTranslator.outbound(port, TRUST_DOMAIN).stream())
        .map(Cluster::name)
        .toList();
  }

  /** Addresses of an endpoint set, with the weight where it is not 1. */
  List<String> endpoints(String name) {
    return localities(name, Place.NOWHERE).stream()
        .flatMap(locality -> locality.endpoints().stream())
        .map(Models::show)
        .toList();
  }

  /** An endpoint set as a proxy at a place is sent it. */
  List<EndpointSet.LocalityEndpoints> localities(String name, Place viewer) {
    return view.ports()
        .flatMap(port -> EndpointTranslator.outbound(port, viewer).stream())
        .filter(set -> set.clusterName().equals(name))
        .flatMap(set -> set.localities().stream())
        .toList();
  }

  private static String show(EndpointSet.Endpoint endpoint) {
    return endpoint.address() + (endpoint.weight() == 1 ? "" : " x" + endpoint.weight());
  }

  RouteConfig table(String namespace) {
    return new RouteTranslator(view, problems).outbound(namespace);
  }

  VirtualHost host(String namespace, String cluster) {
    return table(namespace).virtualHosts().stream()
        .filter(host -> host.name().equals(cluster))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no virtual host " + cluster));
  }

  List<Route> routes(String cluster) {
    return host("shop", cluster).routes();
  }

  Map<String, Listener> listeners(SidecarNode node) {
    Map<String, Listener> byName = new LinkedHashMap<>();
    new ListenerTranslator(view, node)
        .listeners()
        .forEach(listener -> byName.put(listener.name(), listener));
    return byName;
  }

  List<Cluster> inboundClusters(SidecarNode node) {
    return new ListenerTranslator(view, node).inboundClusters();
  }

  List<String> problems() {
    return problems.toList();
  }
}
