package dev.weft.control.compile;

import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.store.ConfigSnapshot;
import java.util.List;

/**
 * All a compile reads.
 *
 * @param instances connected or imported workloads; the registered ones are in the configuration
 */
public record MeshInput(ConfigSnapshot config, List<MeshWorkload> instances, String trustDomain) {
  public MeshInput {
    instances = List.copyOf(instances);
  }
}
