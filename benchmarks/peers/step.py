"""Training steps of a Llama-shaped model with LoRA on every linear layer, in plain PyTorch: the peer of `benchmarks/compare step`.

The same mathematics as Hone: f32, frozen base with random weights, updates of rank r, mean cross-entropy over all labels, clipping, AdamW.
Prints one JSON object: tokens per second of each measured step and the peak resident memory.
"""
import argparse
import json
import math
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

parser = argparse.ArgumentParser()
for name, value in dict(hidden=576, layers=30, heads=9, kv_heads=3, intermediate=1536, vocab=49152, rank=16, rows=8, tokens=256, steps=3, accumulate=1, threads=2).items():
    parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
parser.add_argument("--checkpoint", action="store_true")
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(1)
HEAD_DIM = args.hidden // args.heads


class LoraLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * 0.02, requires_grad=False)
        self.a = nn.Parameter((torch.rand(args.rank, inputs) * 2 - 1) / math.sqrt(inputs))
        self.b = nn.Parameter(torch.zeros(outputs, args.rank))

    def forward(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.a), self.b) * 2.0


class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(args.hidden), requires_grad=False)

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


angles = torch.outer(torch.arange(args.tokens).float(), 1.0 / (10000 ** (torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)))
COS, SIN = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()
MASK = torch.full((args.tokens, args.tokens), float("-inf")).triu(1)


def rotate(x):
    left, right = x.chunk(2, -1)
    return x * COS + torch.cat([-right, left], -1) * SIN


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        kv = args.kv_heads * HEAD_DIM
        self.norm1, self.norm2 = RmsNorm(), RmsNorm()
        self.q, self.k, self.v, self.o = LoraLinear(args.hidden, args.hidden), LoraLinear(args.hidden, kv), LoraLinear(args.hidden, kv), LoraLinear(args.hidden, args.hidden)
        self.gate, self.up, self.down = LoraLinear(args.hidden, args.intermediate), LoraLinear(args.hidden, args.intermediate), LoraLinear(args.intermediate, args.hidden)

    def forward(self, x):
        rows, tokens, _ = x.shape
        h = self.norm1(x)
        q = rotate(self.q(h).view(rows, tokens, args.heads, HEAD_DIM).transpose(1, 2))
        k = rotate(self.k(h).view(rows, tokens, args.kv_heads, HEAD_DIM).transpose(1, 2))
        v = self.v(h).view(rows, tokens, args.kv_heads, HEAD_DIM).transpose(1, 2)
        group = args.heads // args.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(HEAD_DIM) + MASK
        mixed = torch.matmul(torch.softmax(scores, -1), v)
        x = x + self.o(mixed.transpose(1, 2).reshape(rows, tokens, args.hidden))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(args.vocab, args.hidden) * 0.02, requires_grad=False)
        self.layers = nn.ModuleList(Layer() for _ in range(args.layers))
        self.norm = RmsNorm()

    def forward(self, ids):
        x = F.embedding(ids, self.embedding)
        if args.checkpoint:
            x.requires_grad_(True)
        for layer in self.layers:
            x = checkpoint(layer, x) if args.checkpoint else layer(x)
        return F.linear(self.norm(x), self.embedding)


model = Model()
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4)
rates = []
for step in range(args.steps + 1):
    start = time.perf_counter()
    for _ in range(args.accumulate):
        ids = torch.randint(0, args.vocab, (args.rows, args.tokens))
        logits = model(ids)
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, args.vocab), ids[:, 1:].reshape(-1)) / args.accumulate
        loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    rates.append(args.rows * args.tokens * args.accumulate / (time.perf_counter() - start))
rates = rates[1:]
print(json.dumps({"tokens_per_s": rates, "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "loss": loss.item() * args.accumulate, "torch": torch.__version__}))
