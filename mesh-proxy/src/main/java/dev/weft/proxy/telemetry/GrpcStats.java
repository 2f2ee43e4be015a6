package dev.weft.proxy.telemetry;

/**
 * Counts of gRPC calls to one cluster, of one method or of several, by Envoy's names below {@code
 * envoy_cluster_grpc_}. Called on the event loops, by several at once; must not block.
 */
public interface GrpcStats {
  /** So many more messages began in requests: {@code request_message_count}. */
  void requestMessages(int more);

  /** So many more messages began in answers: {@code response_message_count}. */
  void responseMessages(int more);

  /**
   * A call was answered: {@code total}, {@code success} or {@code failure}, and the status by its
   * number, if gRPC has it.
   *
   * @param status as {@code grpc-status} says
   */
  void answered(CharSequence status);

  /**
   * {@code upstream_rq_time}.
   *
   * @param nanos from the end of the request, as sent to the endpoint, to the end of its answer
   */
  void upstreamTime(long nanos);
}
