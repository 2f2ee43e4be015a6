package dev.weft.proxy.discovery;

import com.google.protobuf.Any;
import dev.weft.proxy.config.References;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.codec.NamedFile;
import dev.weft.xds.codec.Problem;
import dev.weft.xds.codec.RuntimeValues;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.TlsSettings.FixedSecret;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes what a control plane or a file gives, and refuses what this proxy has no secret for. */
final class SentResources implements ResourceDecoder {
  private static final Logger log = LoggerFactory.getLogger(SentResources.class);

  private final Codecs codecs;
  private final Set<String> fixedSecrets;

  /**
   * @param fixedSecrets the names of those that the bootstrap gives
   * @param runtime the values that it gives
   */
  SentResources(Set<String> fixedSecrets, RuntimeValues runtime) {
    this(new Codecs(runtime), fixedSecrets);
  }

  private SentResources(Codecs codecs, Set<String> fixedSecrets) {
    this.codecs = codecs;
    this.fixedSecrets = Set.copyOf(fixedSecrets);
  }

  /**
   * The same for what files of this machine say.
   *
   * @param files is told of those that what is decoded names
   */
  static SentResources local(
      Set<String> fixedSecrets, RuntimeValues runtime, Consumer<NamedFile> files) {
    return new SentResources(Codecs.local(runtime, files), fixedSecrets);
  }

  @Override
  public Result decode(XdsType type, String name, Any body) {
    return switch (codecs.decode(type, body)) {
      case Decoded.Valid<?> valid -> {
        valid.warnings().forEach(warning -> log.warn("{} {}: {}", type, name, warning));
        List<String> unknown = unknownSecrets(valid.value());
        yield unknown.isEmpty() ? new Result.Valid(valid.value()) : new Result.Invalid(unknown);
      }
      case Decoded.Invalid<?> invalid ->
          new Result.Invalid(invalid.problems().stream().map(Problem::toString).toList());
    };
  }

  private List<String> unknownSecrets(Object model) {
    List<SecretSource> sources =
        switch (model) {
          case Listener listener -> References.keyMaterial(listener);
          case Cluster cluster -> References.keyMaterial(cluster);
          default -> List.of();
        };
    return sources.stream()
        .filter(
            source -> source instanceof FixedSecret(String named) && !fixedSecrets.contains(named))
        .map(
            source ->
                source
                    + " has no sds_config, and the bootstrap has no such secret: add sds_config,"
                    + " or the secret to static_resources.secrets")
        .toList();
  }
}
