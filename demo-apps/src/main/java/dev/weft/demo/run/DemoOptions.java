package dev.weft.demo.run;

import java.nio.file.Path;
import java.util.List;

/**
 * What a demo is made of.
 *
 * @param folder data and logs
 * @param nodes of the control plane, at least 1
 * @param rate calls per second
 * @param polyglot whether the services in other languages run too
 * @param controlPlaneOptions more arguments for every control-plane node
 */
public record DemoOptions(
    Path folder, int nodes, int rate, boolean polyglot, List<String> controlPlaneOptions) {
  public DemoOptions {
    controlPlaneOptions = List.copyOf(controlPlaneOptions);
  }
}
