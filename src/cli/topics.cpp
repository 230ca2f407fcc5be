#include "cli/topics.hpp"

#include <array>

namespace gradproof::inline v0::cli {

std::span<const Topic> topics() {
  static constexpr std::array all = {
    Topic{"which-parameters-flip", "Which parameters does the layer turn round?",
          "Those below it, between the input and the layer: the feature extractor's. Their part of the "
          "gradient that "
          "comes through the layer is multiplied by -λ. The domain head stands above the layer and still "
          "descends, "
          "and so does the label head, which does not stand behind the layer at all. The gradients of all "
          "heads add "
          "up in the feature extractor. leaf-reversal and reversal-scales check this."},
    Topic{
      "sign-in-the-loss", "Is the domain loss added or subtracted?",
      "Added: loss = label_loss + domain_loss. The reversal is the layer's job. With the domain loss "
      "subtracted as "
      "well, the feature extractor descends it again, and the domain head ascends it, which is worse than no "
      "layer at all. For another weight change λ, not the sign."},
    Topic{"why-view-as", "Why does forward return x.view_as(x) and not x?",
          "Autograd hangs the backward step on the tensor that forward returns. A new tensor object with the "
          "same "
          "memory gives it a place to hang it without a copy. A layer outside of an autograd Function that "
          "returns x "
          "itself has recorded nothing; and a hook put on x acts on every other consumer of x as well. "
          "forward-bits, "
          "forward-again and one-copy-per-consumer check what can go wrong here."},
    Topic{"why-return-none", "Why does backward return None beside the gradient?",
          "It returns one gradient for each argument of forward, in their order. λ is an argument and gets "
          "none, so "
          "its place holds None. One result too few is an error as soon as backward runs; a gradient in λ's "
          "place "
          "is handed to λ, if that is a tensor that asks for one. lambda-gets-no-gradient checks this."},
    Topic{
      "is-lambda-learnable", "Can λ be learned?",
      "Not by this gradient. An optimiser that minimises the losses would drive λ to wherever they are "
      "least, "
      "which is away from the adversary. λ is set by a schedule, as a rule 2/(1 + exp(-10 p)) - 1 with p "
      "from 0 to 1 "
      "over the training, which ends at 0.99991 and not at 1. Keep it a number or a buffer, no parameter."},
    Topic{"is-it-working", "How can I tell that it works at all?",
          "Not from the curves: a domain loss that stays flat may mean that features no longer tell the "
          "domains apart, "
          "or that the head has not learned anything; an accuracy of 50 % or 100 % decides as little. The "
          "layer and the "
          "training are two questions. gradproof verify answers the first, completely. For the second look "
          "at the "
          "gradient of the domain loss below the layer, with λ = 1 and λ = -1: the two must be each other's "
          "negatives, "
          "and a domain classifier that is trained anew on frozen features says what these still tell."},
    Topic{"nan", "Where does the NaN come from?",
          "Hardly from the layer: -λ·g is NaN only where g is, or where one is infinite and the other 0, and "
          "forward "
          "changes nothing. A layer that computes (1+λ)·stop(x) - λ·x overflows for large x, and "
          "forward-bits says so. "
          "A layer that zeroes NaN hides the place where it began; backward-rounded refuses it. Look above "
          "the layer, "
          "at log, sqrt and divisions in the domain loss, and remember that a reversed gradient makes losses "
          "grow: λ from 0 "
          "upward, and the optimiser's own clipping, keep that in bounds."},
  };
  return all;
}

}  // namespace gradproof::inline v0::cli
