package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.Reader;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Makes parsers that tell the anchors of all values; Jackson's own does not of texts and numbers.
 */
final class AnchoredYaml extends YAMLFactory {
  private static final long serialVersionUID = 1L;

  AnchoredYaml() {
    super(YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION));
  }

  @Override
  protected Parser _createParser(Reader text, IOContext context) {
    return new Parser(
        context, _parserFeatures, _yamlParserFeatures, _loaderOptions, _objectCodec, text);
  }

  /** Jackson's parser, and the anchor of its current value. */
  static final class Parser extends YAMLParser {
    private Parser(
        IOContext context,
        int features,
        int yamlFeatures,
        LoaderOptions options,
        ObjectCodec codec,
        Reader text) {
      super(context, features, yamlFeatures, options, codec, text);
    }

    /** The name after {@code &} of the value that has begun; null without one. */
    @Nullable String anchor() {
      return _lastEvent instanceof NodeEvent event ? event.getAnchor() : null;
    }

    /** Whether nothing is written where a value could be, which is null (YAML 1.2.2, 7.2). */
    boolean leftOut() {
      return _lastEvent instanceof ScalarEvent scalar
          && scalar.isPlain()
          && scalar.getValue().isEmpty();
    }
  }
}
