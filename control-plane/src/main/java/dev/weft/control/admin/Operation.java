package dev.weft.control.admin;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/** What an operation of the contract does. */
sealed interface Operation {
  /** Answers once; runs on an event loop and may fail with a problem. */
  non-sealed interface Answering extends Operation {
    Future<Reply> answer(Call call);
  }

  /** Writes its response itself, over time. */
  non-sealed interface Streaming extends Operation {
    void stream(RoutingContext context);
  }
}
