package dev.weft.demo.app;

import dev.weft.shop.v1.CatalogGrpc;
import dev.weft.shop.v1.GetProductRequest;
import dev.weft.shop.v1.Product;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Unary: one product by its id. */
final class CatalogService extends CatalogGrpc.CatalogImplBase {
  private final Instance instance;

  CatalogService(Instance instance) {
    this.instance = instance;
  }

  @Override
  public void getProduct(GetProductRequest request, StreamObserver<Product> response) {
    int index = Products.index(request.getId());
    if (index < 0) {
      response.onError(
          Status.NOT_FOUND.withDescription("no product '" + request.getId() + "'").asException());
      return;
    }
    response.onNext(
        Product.newBuilder()
            .setId(request.getId())
            .setName(Products.name(index))
            .setPriceCents(Products.priceCents(index))
            .setServedBy(instance.name())
            .setVersion(instance.version())
            .build());
    response.onCompleted();
  }
}
