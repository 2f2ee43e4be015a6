package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Steps in bytes, as a client or an endpoint takes them. */
final class Conversation {
  private Conversation() {}

  /**
   * Takes the steps.
   *
   * @param read told of what each step read
   */
  static void hold(RawClient peer, List<Call.Step> steps, Consumer<String> read)
      throws IOException {
    for (Call.Step step : steps) {
      switch (step) {
        case Call.Step.Send(String bytes) -> peer.send(bytes);
        case Call.Step.Read(String until) -> read.accept(peer.readUntil(until));
        case Call.Step.End() -> peer.endOutput();
        case Call.Step.ReadEnd() -> read.accept(peer.readToEnd() + "<end>");
        case Call.Step.Reset() -> peer.abort();
        case Call.Step.Echo() -> echo(peer, read);
      }
    }
  }

  private static void echo(RawClient peer, Consumer<String> read) throws IOException {
    for (int b = peer.next(); b >= 0; b = peer.next()) {
      String text = "" + (char) b;
      read.accept(text);
      peer.send(text);
    }
    read.accept("<end>");
    peer.endOutput();
  }
}
