package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Every resource type's codec behind one door. Immutable; any thread may use it. */
public final class Codecs {
  private static final List<FilterCodec<?, ?>> FILTERS =
      List.of(
          new RbacCodec(),
          new LocalRateLimitCodec(),
          new FaultCodec(),
          new BufferCodec(),
          new CorsCodec(),
          new HeaderMutationCodec(),
          new HealthCheckCodec(),
          new HeaderToMetadataCodec(),
          new GrpcStatsCodec(),
          new ErrorRateBreakerCodec(),
          new LongStreamsCodec());

  private final Map<XdsType, ResourceCodec<?, ?>> codecs = new EnumMap<>(XdsType.class);
  private final FieldPolicy policy;

  /** The codecs of every type, with the HTTP filters that Weft has. */
  public Codecs() {
    this(RuntimeValues.NONE);
  }

  /** The same for a proxy whose bootstrap has these values of runtime. */
  public Codecs(RuntimeValues runtime) {
    this(FieldPolicy.weft().with(runtime), FILTERS);
  }

  /**
   * Codecs for what this machine's own files say, which may name other files and environment
   * variables: decoding reads them, and blocks.
   */
  public static Codecs local(RuntimeValues runtime) {
    return local(runtime, source -> {});
  }

  /**
   * The same.
   *
   * @param files is told, while something is decoded, of each file that it names
   */
  public static Codecs local(RuntimeValues runtime, Consumer<NamedFile> files) {
    return new Codecs(FieldPolicy.local().with(runtime).telling(files), FILTERS);
  }

  /** The codecs of every type, with these HTTP filters; the policy covers their messages. */
  Codecs(FieldPolicy policy, List<FilterCodec<?, ?>> filters) {
    this.policy = policy;
    List<ResourceCodec<?, ?>> all =
        List.of(
            new SecretCodec(policy),
            new ClusterCodec(policy),
            new EndpointSetCodec(policy),
            new ListenerCodec(policy, new HttpFilters(filters)),
            new RouteConfigCodec(policy));
    all.forEach(codec -> codecs.put(codec.type(), codec));
  }

  /** Decodes a resource as it came in a discovery response; its type URL must be the type's. */
  public Decoded<? extends XdsResource> decode(XdsType type, Any resource) {
    if (!resource.getTypeUrl().equals(type.typeUrl())) {
      return invalid(
          "is of type \"" + resource.getTypeUrl() + "\", \"" + type.typeUrl() + "\" was expected");
    }
    return decode(type, resource.getValue());
  }

  /** Decodes the bytes of a resource; never throws. */
  public Decoded<? extends XdsResource> decode(XdsType type, ByteString bytes) {
    return decode(codec(type), bytes);
  }

  /**
   * Decodes a message that was read from somewhere else than a discovery response.
   *
   * @throws IllegalArgumentException if it is not of one of the five resource types
   */
  public Decoded<? extends XdsResource> decode(Message message) {
    String typeUrl = "type.googleapis.com/" + message.getDescriptorForType().getFullName();
    XdsType type =
        XdsType.ofTypeUrl(typeUrl)
            .orElseThrow(() -> new IllegalArgumentException(typeUrl + " is not a resource"));
    return decodeMessage(codec(type), message);
  }

  /**
   * The fields that may not be set, by the same rules, in a message that is no resource, such as a
   * part of a bootstrap.
   */
  public List<Problem> unsupported(Message message) {
    return DecodeScope.problems(policy, message);
  }

  /** What a bootstrap says of statistics. */
  public Decoded<StatsSettings> stats(StatsConfig message) {
    return DecodeScope.decode(policy, message, StatsConfigs::decode);
  }

  /** Encodes a resource; equal resources give equal bytes. */
  public Any encode(XdsResource resource) {
    return Extensions.pack(message(codec(resource.key().type()), resource));
  }

  private ResourceCodec<?, ?> codec(XdsType type) {
    return Objects.requireNonNull(codecs.get(type), "every type has a codec");
  }

  @SuppressWarnings("unchecked") // the message's type is the codec's, as its type URL says
  private static <P extends Message, M extends XdsResource> Decoded<M> decodeMessage(
      ResourceCodec<P, M> codec, Message message) {
    return codec.decode((P) message);
  }

  private static <P extends Message, M extends XdsResource> Decoded<M> decode(
      ResourceCodec<P, M> codec, ByteString bytes) {
    P message;
    try {
      @SuppressWarnings("unchecked") // a prototype's parser gives messages of its type
      P parsed = (P) codec.prototype().getParserForType().parseFrom(bytes);
      message = parsed;
    } catch (InvalidProtocolBufferException e) {
      return invalid("the bytes are no " + codec.type().typeUrl() + ": " + e.getMessage());
    }
    return codec.decode(message);
  }

  @SuppressWarnings("unchecked") // a resource's key names the type of its codec
  private static <M extends XdsResource> Message message(
      ResourceCodec<?, M> codec, XdsResource resource) {
    return codec.encode((M) resource);
  }

  private static <M> Decoded<M> invalid(String reason) {
    return new Decoded.Invalid<>(List.of(new Problem("", reason)), List.of());
  }
}
