package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import dev.weft.xds.protocol.ResourceBatch.Accepted;
import dev.weft.xds.protocol.ResourceBatch.Refused;
import dev.weft.xds.resource.ResourceName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes one response in: good resources are accepted, bad ones refused by name with the last good
 * value kept (gRFC A46), and a response that contradicts itself is refused as a whole.
 */
final class ClientIntake {
  private final ClientType type;
  private final ResourceDecoder decoder;
  private final Response response;
  private final List<Accepted> accepted = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final Set<String> absent = new HashSet<>();
  private final Set<String> forgotten = new HashSet<>();
  private final Set<String> settled = new HashSet<>();
  private final Map<String, Duration> mortal = new HashMap<>();
  private final Set<String> present = new HashSet<>();
  private final List<@Nullable Object> refusedContent = new ArrayList<>();
  private @Nullable Status whole;

  ClientIntake(ClientType type, ResourceDecoder decoder, Response response) {
    this.type = type;
    this.decoder = decoder;
    this.response = response;
  }

  /**
   * A response of either variant.
   *
   * @param complete whether what is not in it does not exist
   */
  record Response(
      String nonce,
      String version,
      List<Incoming> resources,
      Collection<String> removed,
      boolean complete) {}

  /**
   * A resource on the wire.
   *
   * @param name empty if none was found
   * @param body null in a heartbeat
   * @param ttl null if it lives for ever
   */
  record Incoming(
      String name,
      List<String> aliases,
      String version,
      @Nullable Any body,
      @Nullable Duration ttl) {}

  ResourceBatch run() {
    String contradiction = contradiction();
    if (contradiction != null) {
      whole = ErrorDetail.of(contradiction);
      refusedContent.add(contradiction);
      return ResourceBatch.refusing(
          type.type, new Refused("", response.version(), List.of(contradiction)));
    }
    response.resources().forEach(this::take);
    for (String removed : response.removed()) {
      remove(ResourceName.canonical(removed));
    }
    boolean nameless = refused.stream().anyMatch(bad -> bad.name().isEmpty());
    // a bad resource whose name is unknown may be any of those that seem to be missing
    if (response.complete() && !nameless) {
      Set<String> gone = new HashSet<>(type.held.keySet());
      gone.addAll(type.limbo().keySet());
      for (String name : type.interest.names()) {
        if (!ResourceName.isGlob(name)) {
          gone.add(name);
        }
      }
      gone.removeAll(present);
      gone.forEach(this::remove);
    }
    return new ResourceBatch(type.type, accepted, absent, forgotten, refused);
  }

  private @Nullable String contradiction() {
    Set<String> names = new HashSet<>();
    for (Incoming resource : response.resources()) {
      if (!resource.name().isEmpty() && !names.add(ResourceName.canonical(resource.name()))) {
        return "resource " + resource.name() + " is twice in one response; send each name once";
      }
    }
    for (String removed : response.removed()) {
      if (!names.add(ResourceName.canonical(removed))) {
        return "resource "
            + removed
            + " is removed twice, or both sent and removed, in one response; say one thing of each";
      }
    }
    return null;
  }

  private void take(Incoming resource) {
    String name = ResourceName.canonical(resource.name());
    if (name.isEmpty()) {
      refuse(resource, "", List.of("the resource has no name, or its bytes are no message"));
      return;
    }
    List<String> names = new ArrayList<>();
    names.add(name);
    resource.aliases().forEach(alias -> names.add(ResourceName.canonical(alias)));
    present.addAll(names);
    for (String wanted : names) {
      if (type.interest.wants(wanted)) {
        accept(resource, wanted);
      } else if (type.inLimbo(wanted)) {
        refreshLimbo(resource, wanted);
      }
    }
  }

  private void accept(Incoming resource, String name) {
    settled.add(name);
    ClientType.Held held = type.held.get(name);
    Any body = resource.body();
    if (body == null) {
      if (held == null) {
        refuse(resource, name, List.of("a heartbeat came for a resource that is not held"));
      } else {
        live(name, resource.ttl());
      }
      return;
    }
    if (held != null && held.body().equals(body)) {
      live(name, resource.ttl());
      if (!held.version().equals(resource.version())) {
        hold(name, resource.version(), held.model(), body, false);
      }
      return;
    }
    switch (decode(name, body)) {
      case ResourceDecoder.Result.Valid(Object model) -> {
        live(name, resource.ttl());
        hold(name, resource.version(), model, body, true);
      }
      case ResourceDecoder.Result.Invalid(List<String> problems) ->
          refuse(resource, name, problems);
    }
  }

  private void hold(String name, String version, Object model, Any body, boolean changed) {
    type.held.put(name, new ClientType.Held(version, model, body));
    type.absent.remove(name);
    accepted.add(new Accepted(name, version, model, body, changed));
  }

  private void refreshLimbo(Incoming resource, String name) {
    Any body = resource.body();
    if (body != null && decode(name, body) instanceof ResourceDecoder.Result.Valid(Object model)) {
      type.limbo()
          .put(name, new ClientType.Limbo(new ClientType.Held(resource.version(), model, body)));
    }
  }

  private ResourceDecoder.Result decode(String name, Any body) {
    if (!body.getTypeUrl().equals(type.type.typeUrl())) {
      return new ResourceDecoder.Result.Invalid(
          List.of("is a " + body.getTypeUrl() + ", expected " + type.type.typeUrl()));
    }
    return decoder.decode(type.type, name, body);
  }

  private void live(String name, @Nullable Duration ttl) {
    mortal.put(name, ttl == null ? Duration.ZERO : ttl);
  }

  private void refuse(Incoming resource, String name, List<String> problems) {
    refused.add(new Refused(name, resource.version(), problems));
    refusedContent.add(name);
    refusedContent.add(resource.body());
  }

  private void remove(String name) {
    type.limbo().remove(name);
    boolean held = type.held.remove(name) != null;
    boolean named = type.interest.names().contains(name);
    if (held || named) {
      settled.add(name);
      live(name, null);
      if (!named) {
        absent.add(name);
        forgotten.add(name);
      } else if (type.absent.add(name)) {
        absent.add(name);
      }
    }
  }

  /** The names the server has said something of, so that nobody waits for them any more. */
  Set<String> settled() {
    return settled;
  }

  /** How long accepted resources live without a heartbeat; zero is for ever. */
  Map<String, Duration> mortal() {
    return mortal;
  }

  /** The reason to refuse, or null to confirm. */
  @Nullable Status error() {
    if (whole != null) {
      return whole;
    }
    return refused.isEmpty() ? null : ErrorDetail.of(refused, response.resources().size());
  }

  /** Equal for two responses that are refused for the same content. */
  int fingerprint() {
    return Objects.hash(refusedContent.toArray());
  }
}
