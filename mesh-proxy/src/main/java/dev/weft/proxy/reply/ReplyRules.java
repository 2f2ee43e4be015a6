package dev.weft.proxy.reply;

import dev.weft.proxy.format.ExchangeConditions;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.LocalReplyConfig;
import dev.weft.xds.model.LocalReplyConfig.Mapper;
import dev.weft.xds.model.SubstitutionFormat;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A {@link LocalReplyConfig}, compiled. */
public final class ReplyRules {
  /** Changes nothing. */
  public static final ReplyRules NONE = new ReplyRules(List.of(), null);

  /**
   * A change.
   *
   * @param status 0 leaves it
   * @param body null leaves it
   * @param format null writes the body alone
   */
  public record Change(
      Predicate<Exchange> filter,
      int status,
      @Nullable String body,
      @Nullable ReplyBody format,
      HeaderChanges headers) {}

  private final List<Change> changes;
  private final Change otherwise;

  private ReplyRules(List<Change> changes, @Nullable ReplyBody format) {
    this.changes = List.copyOf(changes);
    this.otherwise = new Change(exchange -> true, 0, null, format, HeaderChanges.NONE);
  }

  /** Compiles a configuration. */
  public static ReplyRules compile(LocalReplyConfig config) {
    if (config.equals(LocalReplyConfig.NONE)) {
      return NONE;
    }
    ReplyBody common = config.format() == null ? null : ReplyBody.compile(config.format());
    return new ReplyRules(
        config.mappers().stream().map(mapper -> change(mapper, common)).toList(), common);
  }

  private static Change change(Mapper mapper, @Nullable ReplyBody common) {
    SubstitutionFormat format = mapper.format();
    return new Change(
        ExchangeConditions.compile(mapper.filter()),
        mapper.status(),
        mapper.body(),
        format == null ? common : ReplyBody.compile(format),
        HeaderChanges.compile(
            new HeaderMutations(List.of(), List.of(), mapper.headers(), List.of())));
  }

  /** What becomes of an answer that an exchange is to get, by its status so far. */
  public Change first(Exchange exchange) {
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).filter().test(exchange)) {
        return changes.get(i);
      }
    }
    return otherwise;
  }
}
