"""How queries, keys and values stand in a row of tokens."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Heads:
    """`count` heads of queries, then `kv_heads` of keys, then as many of values, side by side, `width` numbers each.

    Keys and values are shared by `count / kv_heads` heads each. Their products with queries count times `scaling`.
    """

    count: int
    kv_heads: int
    width: int
    scaling: float

    @property
    def of_all(self) -> int:
        """The heads of queries, keys and values together."""
        return self.count + 2 * self.kv_heads

    def fit(self, qkv: Tensor) -> bool:
        """Whether qkv is `(tokens, of_all · width)` and each group is shared by as many heads."""
        shared_alike = self.kv_heads > 0 and self.count % self.kv_heads == 0
        return shared_alike and qkv.shape[1:] == (self.of_all * self.width,)

    def parts(self, qkv: Tensor) -> Tensor:
        """The heads of qkv apart, `(tokens, of_all, width)`."""
        return qkv.view(len(qkv), self.of_all, self.width)
