package dev.weft.control.discovery;

import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Workloads as records of vertx-service-discovery: what an importer has to publish to be seen by
 * the mesh.
 */
final class WorkloadRecords {
  /** The type of records that are workloads; records of other types are left alone. */
  static final String TYPE = "weft-workload";

  private WorkloadRecords() {}

  static Record toRecord(String source, MeshWorkload workload) {
    return new Record()
        .setType(TYPE)
        .setName(workload.service() + "." + workload.namespace())
        .setStatus(Status.UP)
        .setLocation(
            new JsonObject()
                .put("address", workload.address())
                .put("ports", object(workload.ports()))
                .put(Record.ENDPOINT, workload.address()))
        .setMetadata(
            new JsonObject()
                .put("source", source)
                .put("id", workload.id())
                .put("namespace", workload.namespace())
                .put("service", workload.service())
                .put("labels", object(workload.labels()))
                .put("weight", workload.weight())
                .put("sidecar", workload.sidecar()));
  }

  /** The workload in a record, or empty if the record is not one or lacks a field. */
  static Optional<MeshWorkload> toWorkload(Record record) {
    if (!TYPE.equals(record.getType()) || record.getStatus() != Status.UP) {
      return Optional.empty();
    }
    JsonObject metadata = record.getMetadata();
    JsonObject location = record.getLocation();
    String id = metadata.getString("id");
    String namespace = metadata.getString("namespace");
    String service = metadata.getString("service");
    String address = location.getString("address");
    if (id == null || namespace == null || service == null || address == null) {
      return Optional.empty();
    }
    Map<String, Integer> ports = new LinkedHashMap<>();
    JsonObject declared = location.getJsonObject("ports", new JsonObject());
    for (String name : declared.fieldNames()) {
      ports.put(name, declared.getInteger(name));
    }
    Map<String, String> labels = new LinkedHashMap<>();
    JsonObject given = metadata.getJsonObject("labels", new JsonObject());
    for (String name : given.fieldNames()) {
      labels.put(name, given.getString(name));
    }
    return Optional.of(
        new MeshWorkload(
            id,
            namespace,
            service,
            address,
            ports,
            labels,
            Math.max(1, metadata.getInteger("weight", 1)),
            metadata.getBoolean("sidecar", false)));
  }

  private static JsonObject object(Map<String, ?> map) {
    JsonObject object = new JsonObject();
    new TreeMap<>(map).forEach(object::put);
    return object;
  }
}
