package dev.weft.xds.codec;

import dev.weft.xds.model.GrpcStatsFilter;
import dev.weft.xds.model.GrpcStatsFilter.Methods;
import dev.weft.xds.model.GrpcStatsFilter.Service;
import io.envoyproxy.envoy.config.core.v3.GrpcMethodList;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.extensions.filters.http.grpc_stats.v3.FilterConfig}. */
final class GrpcStatsCodec implements FilterCodec<FilterConfig, GrpcStatsFilter> {
  @Override
  public FilterConfig prototype() {
    return FilterConfig.getDefaultInstance();
  }

  @Override
  public Class<GrpcStatsFilter> model() {
    return GrpcStatsFilter.class;
  }

  @Override
  public GrpcStatsFilter decode(String name, FilterConfig message, DecodeScope scope) {
    return new GrpcStatsFilter(name, methods(message, scope), message.getEnableUpstreamStats());
  }

  private static Methods methods(FilterConfig message, DecodeScope scope) {
    return switch (message.getPerMethodStatSpecifierCase()) {
      case INDIVIDUAL_METHOD_STATS_ALLOWLIST ->
          listed(
              message.getIndividualMethodStatsAllowlist(),
              scope.at("individual_method_stats_allowlist"));
      case STATS_FOR_ALL_METHODS ->
          message.getStatsForAllMethods().getValue()
              ? new Methods.Called(message.getReplaceDotsInGrpcServiceName())
              : new Methods.None();
      case PERMETHODSTATSPECIFIER_NOT_SET -> new Methods.None();
    };
  }

  private static Methods listed(GrpcMethodList list, DecodeScope scope) {
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < list.getServicesCount(); i++) {
      GrpcMethodList.Service service = list.getServices(i);
      DecodeScope at = scope.at("services", i);
      at.at("method_names").require(service.getMethodNamesCount() > 0, "must not be empty");
      services.add(
          new Service(Wire.text(service.getName(), at.at("name")), service.getMethodNamesList()));
    }
    return new Methods.Listed(services);
  }

  @Override
  public FilterConfig encode(GrpcStatsFilter model) {
    FilterConfig.Builder encoded =
        FilterConfig.newBuilder().setEnableUpstreamStats(model.upstreamTime());
    switch (model.methods()) {
      case Methods.None() -> {
        // what Envoy does where nothing is said
      }
      case Methods.Called(boolean underscores) ->
          encoded
              .setStatsForAllMethods(Wire.bool(true))
              .setReplaceDotsInGrpcServiceName(underscores);
      case Methods.Listed(List<Service> services) -> {
        GrpcMethodList.Builder list = GrpcMethodList.newBuilder();
        for (Service service : services) {
          list.addServices(
              GrpcMethodList.Service.newBuilder()
                  .setName(service.name())
                  .addAllMethodNames(service.methods()));
        }
        encoded.setIndividualMethodStatsAllowlist(list);
      }
    }
    return encoded.build();
  }
}
