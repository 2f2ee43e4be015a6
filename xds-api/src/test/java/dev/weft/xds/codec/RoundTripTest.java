package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.xds.model.XdsResource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is encoded is decoded to the same, without a warning, whatever the model. */
class RoundTripTest {
  private static final int MODELS = 500;

  private final Codecs codecs = new Codecs();

  @Test
  void aModelSurvivesTheWire() {
    for (long seed = 0; seed < MODELS; seed++) {
      XdsResource resource = new MoreModels(seed).resource();
      Any encoded = codecs.encode(resource);

      assertThat(codecs.decode(resource.key().type(), encoded))
          .as("seed %d", seed)
          .isEqualTo(new Decoded.Valid<>(resource, List.of()));
    }
  }

  @Test
  void equalModelsGiveEqualBytes() {
    for (long seed = 0; seed < MODELS; seed++) {
      assertThat(codecs.encode(new MoreModels(seed).resource()))
          .as("seed %d", seed)
          .isEqualTo(codecs.encode(new MoreModels(seed).resource()));
    }
  }

  @Test
  void whateverTheBytesDecodingNeverThrows() {
    for (long seed = 0; seed < MODELS; seed++) {
      XdsResource resource = new MoreModels(seed).resource();
      Random random = new Random(seed);
      byte[] bytes = codecs.encode(resource).getValue().toByteArray();
      for (int i = 0; i <= random.nextInt(4) && bytes.length > 0; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;

      assertThat(codecs.decode(resource.key().type(), ByteString.copyFrom(bytes, 0, length)))
          .as("seed %d", seed)
          .isNotNull();
    }
  }
}
