package dev.weft.xds.model;

/** Whose metadata is meant ({@code envoy.type.metadata.v3.MetadataKind}). */
public enum MetadataKind {
  /** What filters noted of the request. */
  REQUEST,
  /** What is written on the route that the request took. */
  ROUTE,
  /** What is written on the cluster that the route names. */
  CLUSTER,
  /** What is written on the endpoint of the last try. */
  HOST
}
