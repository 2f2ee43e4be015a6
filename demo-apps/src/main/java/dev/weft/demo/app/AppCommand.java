package dev.weft.demo.app;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one service of the shop until it is told to stop. */
@Command(
    name = "app",
    description = "Runs one service of the demo shop.",
    mixinStandardHelpOptions = true,
    hidden = true)
public final class AppCommand implements Callable<Integer> {
  /** The services there are. */
  enum Role {
    catalog,
    recommendations,
    cart,
    chat,
    ledger,
    storefront
  }

  @Parameters(index = "0", description = "One of ${COMPLETION-CANDIDATES}.")
  private Role role = Role.catalog;

  @Option(names = "--port", required = true, description = "The port to listen on, on 127.0.0.1.")
  private int port;

  @Option(names = "--name", required = true, description = "The name of this instance.")
  private String name = "";

  @Option(names = "--version", defaultValue = "v1", description = "The version it says it is.")
  private String version = "v1";

  @Option(
      names = "--outbound",
      description = "HOST:PORT of the sidecar's outbound listener; the storefront needs it.")
  private String outbound = "";

  @Override
  public Integer call() throws Exception {
    Instance instance = new Instance(name, version);
    switch (role) {
      case catalog -> serve(new CatalogService(instance));
      case recommendations -> serve(new RecommendationsService(instance));
      case cart -> serve(new CartService(instance));
      case chat -> serve(new ChatService());
      case ledger -> {
        LedgerServer.start(vertx(), instance, port).await(30, TimeUnit.SECONDS);
        await();
      }
      case storefront -> {
        if (outbound.isEmpty()) {
          System.err.println("weft demo: the storefront needs --outbound HOST:PORT of its sidecar");
          return 2;
        }
        ManagedChannel catalog =
            Grpc.newChannelBuilder(outbound, InsecureChannelCredentials.create())
                .overrideAuthority("catalog.shop:8080")
                .build();
        StorefrontServer.start(vertx(), instance, catalog, port).await(30, TimeUnit.SECONDS);
        await();
      }
    }
    return 0;
  }

  private static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));
  }

  private void serve(BindableService service) throws IOException, InterruptedException {
    // no executor hop: every handler here only computes
    Server server =
        Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
            .directExecutor()
            .addService(service)
            .build()
            .start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    server.shutdown();
                    if (!server.awaitTermination(5, TimeUnit.SECONDS)) {
                      server.shutdownNow();
                    }
                  } catch (InterruptedException e) {
                    server.shutdownNow();
                  }
                }));
    System.out.println("READY " + port);
    server.awaitTermination();
  }

  private void await() throws InterruptedException {
    System.out.println("READY " + port);
    new CountDownLatch(1).await();
  }
}
