package dev.weft.proxy.telemetry;

/**
 * A method as gRPC calls it.
 *
 * @param service with its package
 */
public record GrpcMethod(String service, String method) {
  int length() {
    return service.length() + method.length();
  }
}
