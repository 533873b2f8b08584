"""The engine itself, inside the engine process: the only package that imports llama_cpp.

`engine` ties the rest together; `session` owns the model's memory (KV cache and recurrent
state); `prefill_plan` is the pure decision of what has to be read.
"""
