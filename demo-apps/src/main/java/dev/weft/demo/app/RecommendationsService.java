package dev.weft.demo.app;

import dev.weft.shop.v1.RecommendRequest;
import dev.weft.shop.v1.Recommendation;
import dev.weft.shop.v1.RecommendationsGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Server streaming: as many recommendations as asked for, sent no faster than the caller reads. */
final class RecommendationsService extends RecommendationsGrpc.RecommendationsImplBase {
  private static final int MAX_COUNT = 10_000;
  private final Instance instance;

  RecommendationsService(Instance instance) {
    this.instance = instance;
  }

  @Override
  public void recommend(RecommendRequest request, StreamObserver<Recommendation> response) {
    int index = Products.index(request.getProductId());
    int count = request.getCount();
    if (index < 0 || count < 0 || count > MAX_COUNT) {
      response.onError(
          Status.INVALID_ARGUMENT
              .withDescription("product_id must exist and count be 0.." + MAX_COUNT)
              .asException());
      return;
    }
    var out = (ServerCallStreamObserver<Recommendation>) response;
    out.setOnReadyHandler(new Sender(out, index, count));
  }

  private final class Sender implements Runnable {
    private final ServerCallStreamObserver<Recommendation> out;
    private final int index;
    private final int count;
    private int rank;
    private boolean ended;

    Sender(ServerCallStreamObserver<Recommendation> out, int index, int count) {
      this.out = out;
      this.index = index;
      this.count = count;
    }

    @Override
    public void run() {
      while (!ended && rank < count && out.isReady()) {
        out.onNext(
            Recommendation.newBuilder()
                .setRank(rank)
                .setProductId(Products.recommended(index, rank))
                .setServedBy(instance.name())
                .setVersion(instance.version())
                .build());
        rank++;
      }
      if (!ended && rank == count) {
        ended = true;
        out.onCompleted();
      }
    }
  }
}
